"""Rim: where a project keeps its things. One folder, plain files, each readable by other tools."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """Paths inside a project folder; nothing is read or made by asking."""

    folder: Path

    @property
    def regions(self) -> Path:
        """Regions, ``gis.regions.SCHEMA``."""
        return self.folder / "regions.parquet"

    @property
    def zones(self) -> Path:
        """Protected zones, ``gis.regions.ZONES``."""
        return self.folder / "zones.parquet"

    @property
    def enterprises(self) -> Path:
        """The register, ``gis.register.SCHEMA``."""
        return self.folder / "enterprises.parquet"

    @property
    def history(self) -> Path:
        """Folder of the register's events, see ``cross_check.desk``."""
        return self.folder / "history"

    @property
    def counties(self) -> Path:
        """County-level divisions, ``gis.boundaries.COUNTIES``."""
        return self.folder / "counties.parquet"

    @property
    def layers(self) -> Path:
        """Folder of the bureau's further layers, a file a kind, ``gis.boundaries.LAYER``."""
        return self.folder / "layers"

    @property
    def senders(self) -> Path:
        """What senders' earlier files taught: their headings and coordinate systems, see ``gis.guesses``."""
        return self.folder / "senders.json"

    @property
    def inbox(self) -> Path:
        """Folder in which files wait for the import desk."""
        return self.folder / "inbox"

    @property
    def brought(self) -> Path:
        """Folder of the files that the queue is to import, a folder a file."""
        return self.folder / "brought"

    @property
    def signals(self) -> Path:
        """Fire points and complaints, ``gis.signals.SCHEMA``."""
        return self.folder / "signals.parquet"

    @property
    def ledger(self) -> Path:
        """The ledger's own database where no other is named, see ``cross_check.ledger.engines``."""
        return self.folder / "ledger" / "decisions.sqlite"

    @property
    def complainants(self) -> Path:
        """Who complained, apart from all else, see ``cross_check.ledger.complainants``."""
        return self.folder / "ledger" / "complainants.sqlite"

    @property
    def evidence(self) -> Path:
        """Folder of what proves problems and their rectification, a file a SHA-256."""
        return self.folder / "evidence"

    @property
    def officers(self) -> Path:
        """Officers, ``cross_check.officers.SCHEMA``."""
        return self.folder / "officers.parquet"

    @property
    def imagery(self) -> Path:
        """Folder of fetched images: a folder a catalogue, a folder an image, and the receipts."""
        return self.folder / "imagery"

    @property
    def scenes(self) -> Path:
        """The list of images, ``satellite.holdings.SCHEMA``."""
        return self.folder / "scenes.parquet"

    @property
    def cogs(self) -> Path:
        """Folder of converted images, a folder a scene, see ``satellite.conversion``."""
        return self.folder / "cogs"

    @property
    def cleared(self) -> Path:
        """Folder of prepared scenes, a folder a scene: image.tif, clear.tif, reasons.tif, recipe.json."""
        return self.folder / "cleared"

    @property
    def coverage(self) -> Path:
        """What prepared scenes show of the ground, ``satellite.coverage.SCHEMA``."""
        return self.folder / "coverage.parquet"

    @property
    def coverage_months(self) -> Path:
        """What the area has seen of itself month by month, ``satellite.coverage.MONTHS``."""
        return self.folder / "coverage-months.parquet"

    @property
    def detect(self) -> Path:
        """Folder of the change detection: score.tif, change.tif, patches.gpkg, recipe.json."""
        return self.folder / "detect"

    @property
    def patches(self) -> Path:
        """Patches, ``satellite.patches.SCHEMA``."""
        return self.detect / "patches.gpkg"

    @property
    def recipe(self) -> Path:
        """How the detection was made: inputs by hash, parameters, versions, figures."""
        return self.detect / "recipe.json"

    @property
    def detections(self) -> Path:
        """Folder of all detections that were made, a folder a detection, see ``cross_check.detections``."""
        return self.folder / "detections"

    @property
    def water_bodies(self) -> Path:
        """Water bodies found in the images, ``satellite.waters.BODIES``; an imported layer goes before."""
        return self.folder / "water-bodies.parquet"

    @property
    def waters(self) -> Path:
        """Folder of the judgement of water bodies: readings, findings (``satellite.waters.FINDINGS``), patches."""
        return self.folder / "waters"

    @property
    def series(self) -> Path:
        """Folder of the series: series.json, baseline and state as Zarr, and its report."""
        return self.folder / "series"

    @property
    def series_report(self) -> Path:
        """What stands in the series: states.tif, patches.gpkg (``satellite.series_patches.SCHEMA``), recipe.json."""
        return self.series / "report"

    @property
    def accuracy(self) -> Path:
        """Folder of the audit of a detection: its sample, the forms for reviewers, their reviews, the report."""
        return self.folder / "accuracy"

    @property
    def accuracy_sample(self) -> Path:
        """Places drawn by lot with their strata, see ``satellite.samples``; not for reviewers."""
        return self.accuracy / "sample.parquet"

    @property
    def accuracy_reviews(self) -> Path:
        """What people found at the places, ``cross_check.reviews.SCHEMA``."""
        return self.accuracy / "reviews.parquet"

    @property
    def accuracy_report(self) -> Path:
        """Confusion matrix, accuracies and areas with their intervals."""
        return self.accuracy / "report.json"

    @property
    def flights(self) -> Path:
        """Folder of drone flights, see ``cross_check.flights``."""
        return self.folder / "flights"

    @property
    def leads(self) -> Path:
        """Leads, ``cross_check.leads.SCHEMA``."""
        return self.folder / "leads.parquet"

    @property
    def hotspots(self) -> Path:
        """Hotspot cells, ``gis.hotspots.SCHEMA``."""
        return self.folder / "hotspots.parquet"

    @property
    def measures(self) -> Path:
        """Hotspots of measured values, ``gis.hotspots.SCHEMA``, with ``measures.gpkg`` and the recipe beside them."""
        return self.folder / "measures.parquet"

    @property
    def clusters(self) -> Path:
        """Clusters of the scan, ``gis.scan_events.SCHEMA``."""
        return self.folder / "clusters.parquet"

    @property
    def groups(self) -> Path:
        """Groups of the scanned points, ``gis.groups.SCHEMA``."""
        return self.folder / "groups.parquet"

    @property
    def scan(self) -> Path:
        """What was scanned and how: period, model, parameters, seed."""
        return self.folder / "scan.json"

    @property
    def emerging(self) -> Path:
        """Patterns of cells over months, ``gis.emerging.SCHEMA``."""
        return self.folder / "emerging.parquet"

    @property
    def emerging_months(self) -> Path:
        """Gi* of cells by month, ``gis.emerging.STEPS``."""
        return self.folder / "emerging-months.parquet"

    @property
    def lists(self) -> Path:
        """The three monthly lists, ``gis.lists.SCHEMA``."""
        return self.folder / "lists.parquet"

    @property
    def heat_sources(self) -> Path:
        """The bureau's own layer of flares and furnaces, ``gis.fires.SOURCES``."""
        return self.folder / "heat-sources.parquet"

    @property
    def fires(self) -> Path:
        """Fires merged from fire points, ``gis.fires.SCHEMA``."""
        return self.folder / "fires.parquet"

    @property
    def suspects(self) -> Path:
        """Places that are hot all year and on no list, ``gis.fires.SUSPECTS``."""
        return self.folder / "fire-suspects.parquet"

    @property
    def assignment(self) -> Path:
        """Teams and their regions, ``cross_check.rounds.ASSIGNMENT``."""
        return self.folder / "assignment.parquet"

    @property
    def rotation(self) -> Path:
        """Several rounds planned together, ``cross_check.joint_rounds.SCHEMA``; workbook and recipe lie beside them."""
        return self.folder / "rotation.parquet"

    @property
    def past_rounds(self) -> Path:
        """Who inspected whom in earlier rounds, ``cross_check.round_cases.PAST``."""
        return self.folder / "past-rounds.parquet"

    @property
    def visits(self) -> Path:
        """Visits in order, ``cross_check.routes.VISITS``."""
        return self.folder / "visits.parquet"

    @property
    def legs(self) -> Path:
        """A line a team and day, ``cross_check.routes.LEGS``."""
        return self.folder / "legs.parquet"

    @property
    def targets(self) -> Path:
        """What the teams of the round are to visit, ``cross_check.plans.TARGETS``."""
        return self.folder / "targets.parquet"

    @property
    def nights(self) -> Path:
        """Where each crew sleeps, ``cross_check.routes.NIGHTS``."""
        return self.folder / "nights.parquet"

    @property
    def unserved(self) -> Path:
        """Targets that no day holds, ``cross_check.routes.UNSERVED``."""
        return self.folder / "unserved.parquet"

    @property
    def reserve(self) -> Path:
        """Targets in hand for a closed gate, ``cross_check.reserves.RESERVE``."""
        return self.folder / "reserve.parquet"

    @property
    def lodgings(self) -> Path:
        """The bureau's own lodging places, ``cross_check.lodgings.SCHEMA``."""
        return self.folder / "lodgings.parquet"

    @property
    def route_order(self) -> Path:
        """With what the routes were planned: hours, nights, roads, seed."""
        return self.folder / "routes.json"

    @property
    def replans(self) -> Path:
        """Folder of the plans proposed after closed gates, one a proposal."""
        return self.folder / "replans"

    @property
    def yearplans(self) -> Path:
        """Folder of the yearly plans, a folder a year, see ``cross_check.planning``."""
        return self.folder / "yearplans"

    @property
    def round(self) -> Path:
        """The round's facts: authorising document, days, figures."""
        return self.folder / "round.json"

    @property
    def jobs(self) -> Path:
        """Folder of long work, a folder a job, see ``cross_check.jobs``."""
        return self.folder / "jobs"

    @property
    def draws(self) -> Path:
        """Folder of double-random draws, a folder a draw, see ``cross_check.draw_records``."""
        return self.folder / "draws"

    @property
    def draw_rules(self) -> Path:
        """The bureau's own strata and ratios of draws, see ``cross_check.draw_rules``."""
        return self.folder / "draw-rules.toml"

    @property
    def brief(self) -> Path:
        """Folder of briefing maps."""
        return self.folder / "brief"

    @property
    def truth(self) -> Path:
        """Folder of planted truth; only a synthetic project has it."""
        return self.folder / "truth"

    @property
    def report(self) -> Path:
        """What was planted, found and missed; only a synthetic project has it."""
        return self.folder / "report.json"
