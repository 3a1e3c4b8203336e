"""Sensors as data."""

import pytest

from satellite import sensors

NAMES = {
    "S2B_MSIL2A_20240618T024549_N0510_R132_T52TCR_20240618T052233.SAFE": ("sentinel2-l2a", "20240618"),
    "S2A_MSIL1C_20240618T024549_N0510_R132_T52TCR_20240618T052233.zip": ("sentinel2-l1c", "20240618"),
    "LC08_L2SP_118028_20200618_20200823_02_T1_SR_B4.TIF": ("landsat-c2-l2", "20200618"),
    "S1A_IW_GRDH_1SDV_20240618T213045_20240618T213110_054000_069000_ABCD.SAFE": ("sentinel1-grd", "20240618"),
    "GF1_WFV3_E126.5_N45.8_20180601_L1A0003229034.tar.gz": ("gaofen1-wfv", "20180601"),
    "GF1_PMS1_E126.5_N45.8_20180601_L1A0003229034-MSS1.tiff": ("gaofen1-pms", "20180601"),
    "GF1C_PMS_E126.5_N45.8_20190601_L1A1213229034-MUX.tiff": ("gaofen1-pms", "20190601"),
    "GF2_PMS2_E126.5_N45.8_20180601_L1A0003229034.tar.gz": ("gaofen2-pms", "20180601"),
    "GF6_WFV_E126.5_N45.8_20200601_L1A1119229034.tar.gz": ("gaofen6-wfv", "20200601"),
    "GF6_PMS_E126.5_N45.8_20200601_L1A1119229034.tar.gz": ("gaofen6-pms", "20200601"),
    "ZY3_MUX_E126.5_N45.8_20150601_L1A0003151234.tar.gz": ("ziyuan3-mux", "20150601"),
    "ZY302_MUX_E126.5_N45.8_20180601_L1A0000391234.tar.gz": ("ziyuan3-mux", "20180601"),
}


@pytest.mark.parametrize(("name", "expected"), NAMES.items())
def test_products_are_known_by_their_names(name, expected):
    """Sensor and day, whatever the ending."""
    sensor = sensors.of_name(name)
    assert (sensor.code, sensors.day_in(name)) == expected


@pytest.mark.parametrize("name", ["orthomosaic.tif", "S2.zip", "GF7_DLC_x.tar.gz", "2024-06-18.tif"])
def test_other_names_are_nobodys(name):
    """A name that follows no pattern tells neither sensor nor day."""
    assert sensors.of_name(name) is None
    assert sensors.day_in(name) is None


def test_tables_are_whole():
    """Common names do not repeat within a sensor; a sensor calibrated by irradiance has one for each band."""
    for sensor in sensors.known().values():
        assert len(set(sensor.names)) == len(sensor.names)
        assert len(sensor.solar_w_m2_um) in {0, len(sensor.bands)}
        assert sensor.kind in {"optical", "radar", "elevation", "photo"}


def test_wavelengths_are_those_of_the_colours():
    """Blue, green, red and near infrared lie where the eye and the plant put them."""
    limits = {"blue": (440, 500), "green": (520, 580), "red": (630, 680), "nir": (780, 900), "swir16": (1550, 1650)}
    for sensor in sensors.known().values():
        for band in sensor.bands:
            low, high = limits.get(band.name, (0, 3000))
            assert band.wavelength_nm == 0 or low <= band.wavelength_nm <= high


def test_a_band_is_found_by_the_products_name_for_it():
    """Landsat's fifth band is near infrared, Sentinel-2's a red edge."""
    assert sensors.known()["landsat-c2-l2"].band("SR_B5").name == "nir"
    assert sensors.known()["sentinel2-l2a"].band("B05").name == "rededge1"
    with pytest.raises(KeyError):
        sensors.known()["sentinel2-l2a"].band("B10")
