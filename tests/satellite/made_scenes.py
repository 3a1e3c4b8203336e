"""Small products of real structure for tests: SAFE, Landsat, Gaofen, Ziyuan, STAC items, drone photos."""

import io
import json
import tarfile
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import rasterio
from affine import Affine
from PIL import ExifTags, Image, TiffImagePlugin
from rasterio.control import GroundControlPoint

S2_IDS = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12")
S2_GSD = {"B02": 10, "B03": 10, "B04": 10, "B08": 10, "B01": 60, "B09": 60, "B10": 60}
S2_NAME = "S2B_MSI{level}_20240618T024549_N{baseline}_R132_T52TCR_20240618T052233"
CORNER = (399_960, 5_100_000)


def raster(path, values, *, gsd=10.0, crs="EPSG:32652", corner=CORNER, driver="GTiff", **profile):
    """Write (rows, columns) or (bands, rows, columns)."""
    values = np.atleast_3d(values.T).T if values.ndim == 2 else values
    count, rows, columns = values.shape
    options = {"height": rows, "width": columns, "count": count, "dtype": values.dtype.name, "crs": crs}
    options |= {"transform": Affine(gsd, 0, corner[0], 0, -gsd, corner[1])}
    if driver == "JP2OpenJPEG":
        options |= {"QUALITY": "100", "REVERSIBLE": "YES"}
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(path, "w", driver=driver, **options | profile) as sink:
        sink.write(values)
    return path


def sentinel2(folder, counts, *, level="L2A", baseline="05.10", offset=-1000, scl=None, quantification=10_000):
    """Write a SAFE folder. ``counts`` maps native band names to arrays at the band's own resolution.

    ``offset`` None leaves the list of offsets out, as processing baselines before 04.00 do.
    """
    name = S2_NAME.format(level=level, baseline=baseline.replace(".", ""))
    safe = folder / f"{name}.SAFE"
    granule = safe / "GRANULE" / f"{level}_T52TCR_A037000_20240618T025206"
    granule.mkdir(parents=True, exist_ok=True)
    for native, values in counts.items():
        gsd = S2_GSD.get(native, 20)
        inside = f"IMG_DATA/T52TCR_20240618T024549_{native}.jp2"
        if level == "L2A":
            inside = f"IMG_DATA/R{gsd}m/T52TCR_20240618T024549_{native}_{gsd}m.jp2"
        raster(granule / inside, values.astype(np.uint16), gsd=gsd, driver="JP2OpenJPEG")
        if level == "L2A" and gsd == 10:
            coarse = granule / f"IMG_DATA/R20m/T52TCR_20240618T024549_{native}_20m.jp2"
            raster(coarse, values[::2, ::2].astype(np.uint16), gsd=20, driver="JP2OpenJPEG")
    if scl is not None:
        inside = granule / "IMG_DATA/R20m/T52TCR_20240618T024549_SCL_20m.jp2"
        raster(inside, scl.astype(np.uint8), gsd=20, driver="JP2OpenJPEG")
    (safe / f"MTD_MSI{level}.xml").write_text(_s2_product(name, level, baseline, offset, quantification))
    (granule / "MTD_TL.xml").write_text(_S2_TILE)
    return safe


def zipped(folder):
    """Pack a product's folder as its provider does and return the archive."""
    archive = folder.with_name(f"{folder.stem}.zip")
    with ZipFile(archive, "w", ZIP_STORED) as sink:
        for file in sorted(folder.rglob("*")):
            sink.write(file, file.relative_to(folder.parent).as_posix())
    return archive


def _s2_product(name, level, baseline, offset, quantification):
    short = {"L2A": "BOA", "L1C": "RADIO"}[level]
    rows = "".join(f'<{short}_ADD_OFFSET band_id="{at}">{offset}</{short}_ADD_OFFSET>' for at in range(13))
    listed = {"L2A": "BOA_ADD_OFFSET_VALUES_LIST", "L1C": "Radiometric_Offset_List"}[level]
    offsets = "" if offset is None else f"<{listed}>{rows}</{listed}>"
    value = {"L2A": "BOA_QUANTIFICATION_VALUE", "L1C": "QUANTIFICATION_VALUE"}[level]
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<n1:Level-2A_User_Product xmlns:n1="https://psd-15.sentinel2.eo.esa.int/PSD/User_Product_Level-2A.xsd">
 <n1:General_Info>
  <Product_Info>
   <PRODUCT_START_TIME>2024-06-18T02:45:49.024Z</PRODUCT_START_TIME>
   <PRODUCT_URI>{name}.SAFE</PRODUCT_URI>
   <PROCESSING_LEVEL>Level-{level[1:]}</PROCESSING_LEVEL>
   <PROCESSING_BASELINE>{baseline}</PROCESSING_BASELINE>
   <Datatake><SPACECRAFT_NAME>Sentinel-2B</SPACECRAFT_NAME>
    <SENSING_ORBIT_NUMBER>132</SENSING_ORBIT_NUMBER></Datatake>
  </Product_Info>
  <Product_Image_Characteristics>
   <{value} unit="none">{quantification}</{value}>{offsets}
  </Product_Image_Characteristics>
 </n1:General_Info>
 <n1:Geometric_Info><Product_Footprint><Product_Footprint><Global_Footprint>
  <EXT_POS_LIST>46.0 127.7 46.0 129.1 45.0 129.1 45.0 127.7 46.0 127.7 </EXT_POS_LIST>
 </Global_Footprint></Product_Footprint></Product_Footprint></n1:Geometric_Info>
 <n1:Quality_Indicators_Info><Cloud_Coverage_Assessment>12.5</Cloud_Coverage_Assessment></n1:Quality_Indicators_Info>
</n1:Level-2A_User_Product>
"""


_S2_TILE = """<?xml version="1.0" encoding="UTF-8"?>
<n1:Level-2A_Tile_ID xmlns:n1="https://psd-15.sentinel2.eo.esa.int/PSD/S2_PDI_Level-2A_Tile_Metadata.xsd">
 <n1:Geometric_Info><Tile_Angles><Mean_Sun_Angle>
  <ZENITH_ANGLE unit="deg">25.5</ZENITH_ANGLE><AZIMUTH_ANGLE unit="deg">150.25</AZIMUTH_ANGLE>
 </Mean_Sun_Angle></Tile_Angles></n1:Geometric_Info>
</n1:Level-2A_Tile_ID>
"""


def landsat(folder, counts, *, qa=None, cloud=7.25):
    """Write a Collection 2 Level 2 product; ``counts`` maps band numbers to arrays of 30 m."""
    name = "LC09_L2SP_118028_20240618_20240619_02_T1"
    place = folder / name
    for at, values in counts.items():
        raster(place / f"{name}_SR_B{at}.TIF", values.astype(np.uint16), gsd=30, nodata=0)
    if qa is not None:
        raster(place / f"{name}_QA_PIXEL.TIF", qa.astype(np.uint16), gsd=30, nodata=1)
    files = "\n".join(f'    FILE_NAME_BAND_{at} = "{name}_SR_B{at}.TIF"' for at in range(1, 8))
    factors = "\n".join(
        f"    REFLECTANCE_MULT_BAND_{at} = 2.75e-05\n    REFLECTANCE_ADD_BAND_{at} = -0.2" for at in range(1, 8)
    )
    raw = "\n".join(
        f"    REFLECTANCE_MULT_BAND_{at} = 2.0000E-05\n    REFLECTANCE_ADD_BAND_{at} = -0.100000" for at in range(1, 8)
    )
    corners = "\n".join(
        f"    CORNER_{corner}_LAT_PRODUCT = {lat}\n    CORNER_{corner}_LON_PRODUCT = {lon}"
        for corner, lon, lat in (("UL", 126.0, 46.9), ("UR", 129.0, 46.9), ("LL", 126.0, 44.8), ("LR", 129.0, 44.8))
    )
    (place / f"{name}_MTL.txt").write_text(f"""GROUP = LANDSAT_METADATA_FILE
  GROUP = PRODUCT_CONTENTS
    LANDSAT_PRODUCT_ID = "{name}"
    PROCESSING_LEVEL = "L2SP"
    COLLECTION_NUMBER = 02
{files}
    FILE_NAME_QUALITY_L1_PIXEL = "{name}_QA_PIXEL.TIF"
  END_GROUP = PRODUCT_CONTENTS
  GROUP = IMAGE_ATTRIBUTES
    SPACECRAFT_ID = "LANDSAT_9"
    WRS_PATH = 118
    WRS_ROW = 28
    DATE_ACQUIRED = 2024-06-18
    SCENE_CENTER_TIME = "02:20:35.9876540Z"
    CLOUD_COVER = {cloud}
    SUN_AZIMUTH = 139.5
    SUN_ELEVATION = 62.0
  END_GROUP = IMAGE_ATTRIBUTES
  GROUP = PROJECTION_ATTRIBUTES
    UTM_ZONE = 52
{corners}
  END_GROUP = PROJECTION_ATTRIBUTES
  GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
{factors}
  END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
  GROUP = LEVEL1_RADIOMETRIC_RESCALING
{raw}
  END_GROUP = LEVEL1_RADIOMETRIC_RESCALING
END_GROUP = LANDSAT_METADATA_FILE
END
""")
    return place


def tarred(folder, *, gzipped=False):
    """Pack the files of a folder without the folder, as archives of Landsat and Gaofen are."""
    archive = folder.with_name(f"{folder.name}.tar.gz" if gzipped else f"{folder.name}.tar")
    with tarfile.open(archive, "w:gz" if gzipped else "w") as sink:
        for file in sorted(folder.iterdir()):
            sink.add(file, file.name)
    return archive


def sentinel1(folder, counts, gain=(300.0, 500.0)):
    """Write a GRD product: counts placed by tie points, sigmaNought rising from left to right."""
    name = "S1A_IW_GRDH_1SDV_20240618T213045_20240618T213110_054000_069000_ABCD"
    safe = folder / f"{name}.SAFE"
    for at, (band, values) in enumerate(counts.items(), start=1):
        rows, columns = values.shape
        stem = f"s1a-iw-grd-{band}-20240618t213045-20240618t213110-054000-069000-{at:03d}"
        ties = [
            GroundControlPoint(row, column, 128.0 + 1e-4 * column, 46.0 - 1e-4 * row, 150.0)
            for row in np.linspace(0, rows - 1, 5)
            for column in np.linspace(0, columns - 1, 5)
        ]
        path = safe / "measurement" / f"{stem}.tiff"
        path.parent.mkdir(parents=True, exist_ok=True)
        options = {"height": rows, "width": columns, "count": 1, "dtype": "uint16"}
        with rasterio.open(path, "w", driver="GTiff", gcps=ties, crs="EPSG:4326", **options) as sink:
            sink.write(values.astype(np.uint16), 1)
        table = safe / "annotation" / "calibration" / f"calibration-{stem}.xml"
        table.parent.mkdir(parents=True, exist_ok=True)
        vectors = "".join(
            f'<calibrationVector><line>{line}</line><pixel count="2">0 {columns - 1}</pixel>'
            f'<sigmaNought count="2">{gain[0]} {gain[1]}</sigmaNought></calibrationVector>'
            for line in (0, rows - 1)
        )
        listed = f'<calibrationVectorList count="2">{vectors}</calibrationVectorList>'
        table.write_text(f'<?xml version="1.0" encoding="UTF-8"?><calibration>{listed}</calibration>')
    (safe / "manifest.safe").write_text("""<?xml version="1.0" encoding="UTF-8"?>
<xfdu:XFDU xmlns:xfdu="urn:ccsds:schema:xfdu:1" xmlns:safe="http://www.esa.int/safe/sentinel-1.0"
 xmlns:gml="http://www.opengis.net/gml" xmlns:s1="http://www.esa.int/safe/sentinel-1.0/sentinel-1">
 <metadataSection>
  <safe:platform><safe:familyName>SENTINEL-1</safe:familyName><safe:number>A</safe:number></safe:platform>
  <safe:acquisitionPeriod><safe:startTime>2024-06-18T21:30:45.123456</safe:startTime></safe:acquisitionPeriod>
  <safe:relativeOrbitNumber type="start">61</safe:relativeOrbitNumber><s1:pass>DESCENDING</s1:pass>
  <safe:footPrint><gml:coordinates>46.0,128.0 46.0,128.02 45.98,128.02 45.98,128.0</gml:coordinates></safe:footPrint>
 </metadataSection>
</xfdu:XFDU>
""")
    return safe


def gaofen(
    folder, counts, *, stem="GF1_WFV3_E126.5_N45.8_20180601_L1A0003229034", own="", center="2018-06-01 10:45:12"
):
    """Write a folder with image, XML and .rpb; ``own`` are the coefficients that newer products carry."""
    place = folder / stem
    place.mkdir(parents=True, exist_ok=True)
    count, rows, columns = counts.shape
    options = {"height": rows, "width": columns, "count": count, "dtype": "uint16"}
    with rasterio.open(
        place / f"{stem}.tiff", "w", driver="GTiff", transform=Affine(1, 0, 0, 0, -1, 0.5), **options
    ) as sink:
        sink.write(counts.astype(np.uint16))
    satellite, camera = stem.split("_")[:2]
    coefficients = f"<AbsCeof>{own}</AbsCeof>" if own else ""
    (place / f"{stem}.xml").write_text(f"""<?xml version="1.0" encoding="UTF-8"?>
<ProductMetaData>
  <SatelliteID>{satellite}</SatelliteID><SensorID>{camera}</SensorID>
  <ReceiveTime>{center}</ReceiveTime><ProductLevel>LEVEL1A</ProductLevel><Bands>1,2,3,4</Bands>
  <ImageGSD>16</ImageGSD><WidthInPixels>{columns}</WidthInPixels><HeightInPixels>{rows}</HeightInPixels>
  <CloudPercent>3</CloudPercent><CenterTime>{center}</CenterTime>{coefficients}
  <SolarAzimuth>140.5</SolarAzimuth><SolarZenith>27.5</SolarZenith>
  <TopLeftLatitude>45.81</TopLeftLatitude><TopLeftLongitude>126.49</TopLeftLongitude>
  <TopRightLatitude>45.81</TopRightLatitude><TopRightLongitude>126.51</TopRightLongitude>
  <BottomRightLatitude>45.79</BottomRightLatitude><BottomRightLongitude>126.51</BottomRightLongitude>
  <BottomLeftLatitude>45.79</BottomLeftLatitude><BottomLeftLongitude>126.49</BottomLeftLongitude>
</ProductMetaData>
""")
    (place / f"{stem}.rpb").write_text(rpb(rows, columns))
    return place


def rpb(rows, columns, *, lon=126.5, lat=45.8, half=0.01):
    """Return rational polynomials of a plain look straight down; 100 m of height move the image 0.05 of its half."""
    line = [0.0, 0.0, -1.0, 0.05] + [0.0] * 16
    sample = [0.0, 1.0, 0.0, 0.0] + [0.0] * 16
    one = [1.0] + [0.0] * 19
    rows_of = lambda values: ",\n".join(f"\t\t\t{value:.16E}" for value in values)  # noqa: E731
    return f"""satId = "GF1";
bandId = "MSS";
SpecId = "RPC00B";
BEGIN_GROUP = IMAGE
\terrBias =   1.0;
\terrRand =    0.0;
\tlineOffset = {(rows - 1) / 2};
\tsampOffset = {(columns - 1) / 2};
\tlatOffset = {lat};
\tlongOffset = {lon};
\theightOffset = 150;
\tlineScale = {rows / 2};
\tsampScale = {columns / 2};
\tlatScale = {half};
\tlongScale = {half};
\theightScale = 100;
\tlineNumCoef = (
{rows_of(line)});
\tlineDenCoef = (
{rows_of(one)});
\tsampNumCoef = (
{rows_of(sample)});
\tsampDenCoef = (
{rows_of(one)});
END_GROUP = IMAGE
END;
"""


def item(folder, counts, *, properties=None, assets=None, collection="sentinel-2-l2a", name="S2B_52TCR_20240618_0_L2A"):
    """Write a STAC item and its COGs; ``counts`` maps asset keys to arrays, ``assets`` adds to what they say."""
    place = folder / name
    listed = {"thumbnail": {"href": "./thumbnail.jpg", "type": "image/jpeg", "roles": ["thumbnail"]}}
    for key, values in counts.items():
        raster(place / f"{key}.tif", values, driver="COG", nodata=0)
        listed[key] = {"href": f"./{key}.tif", "type": "image/tiff; application=geotiff; profile=cloud-optimized"}
        listed[key] |= {"roles": ["data"], **(assets or {}).get(key, {})}
    ring = [[127.7, 46.0], [129.1, 46.0], [129.1, 45.0], [127.7, 45.0], [127.7, 46.0]]
    facts = {"datetime": "2024-06-18T02:52:06.123Z", "platform": "sentinel-2b", "eo:cloud_cover": 12.5}
    facts |= {"view:sun_azimuth": 150.25, "view:sun_elevation": 64.5, **(properties or {})}
    body = {"type": "Feature", "stac_version": "1.0.0", "id": name, "collection": collection, "properties": facts}
    body |= {"geometry": {"type": "Polygon", "coordinates": [ring]}, "links": [], "assets": listed}
    (place / f"{name}.json").write_text(json.dumps(body))
    return place


def photo(path, *, lon=126.5342, lat=45.8031, xmp=True, exif=True, size=(64, 48)):
    """Write a photo as a DJI drone does; without ``exif`` and ``xmp`` as a messaging app leaves it."""
    image = Image.new("RGB", size, (90, 120, 60))
    told = Image.Exif()
    if exif:
        told[ExifTags.Base.Make], told[ExifTags.Base.Model] = "DJI", "M3E"
        inner, place = told.get_ifd(ExifTags.IFD.Exif), told.get_ifd(ExifTags.IFD.GPSInfo)
        inner[ExifTags.Base.DateTimeOriginal] = "2024:06:18 10:15:30"
        inner[ExifTags.Base.FocalLength] = TiffImagePlugin.IFDRational(1229, 100)
        inner[ExifTags.Base.FocalLengthIn35mmFilm] = 24
        place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLongitudeRef] = "N", "E"
        place[ExifTags.GPS.GPSLatitude], place[ExifTags.GPS.GPSLongitude] = _dms(lat), _dms(lon)
        place[ExifTags.GPS.GPSAltitude] = 251.5
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" drone-dji:AbsoluteAltitude="+251.52"'
        ' drone-dji:RelativeAltitude="+100.03" drone-dji:GimbalRollDegree="+0.00" drone-dji:GimbalYawDegree="-63.40"'
        ' drone-dji:GimbalPitchDegree="-89.90"/></rdf:RDF></x:xmpmeta>'
    )
    extra = {"xmp": packet.encode()} if xmp else {}
    image.save(path, "JPEG", exif=told.tobytes() if exif else b"", **extra)
    return path


def _dms(value):
    degrees, rest = divmod(value, 1)
    minutes, rest = divmod(rest * 60, 1)
    seconds = TiffImagePlugin.IFDRational(round(rest * 60 * 10_000), 10_000)
    return TiffImagePlugin.IFDRational(int(degrees)), TiffImagePlugin.IFDRational(int(minutes)), seconds


def hostile_tar(path: Path, member: tarfile.TarInfo, content: bytes = b"") -> Path:
    """Write a tar archive with one member as given."""
    member.size = len(content)
    with tarfile.open(path, "w:gz") as sink:
        sink.addfile(member, io.BytesIO(content))
    return path


def hostile_zip(path: Path, entry: str) -> Path:
    """Write a zip archive with one entry as named."""
    with ZipFile(path, "w") as sink:
        sink.writestr(entry, b"x")
    return path
