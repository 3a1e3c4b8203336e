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
    def signals(self) -> Path:
        """Fire points and complaints, ``gis.signals.SCHEMA``."""
        return self.folder / "signals.parquet"

    @property
    def officers(self) -> Path:
        """Officers, ``cross_check.officers.SCHEMA``."""
        return self.folder / "officers.parquet"

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
    def leads(self) -> Path:
        """Leads, ``cross_check.leads.SCHEMA``."""
        return self.folder / "leads.parquet"

    @property
    def hotspots(self) -> Path:
        """Hotspot cells, ``gis.hotspots.SCHEMA``."""
        return self.folder / "hotspots.parquet"

    @property
    def assignment(self) -> Path:
        """Teams and their regions, ``cross_check.rounds.ASSIGNMENT``."""
        return self.folder / "assignment.parquet"

    @property
    def visits(self) -> Path:
        """Visits in order, ``cross_check.routes.VISITS``."""
        return self.folder / "visits.parquet"

    @property
    def legs(self) -> Path:
        """A line a team and day, ``cross_check.routes.LEGS``."""
        return self.folder / "legs.parquet"

    @property
    def round(self) -> Path:
        """The round's facts: authorising document, days, figures."""
        return self.folder / "round.json"

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
