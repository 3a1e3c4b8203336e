"""The notebooks are documents that run: each is executed whole, and shows what it promises."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
FEWEST_PICTURES = {"change.ipynb": 9, "demo.ipynb": 5, "hotspots.ipynb": 8}


@pytest.mark.enable_socket
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_it_runs_and_draws(path, tmp_path):
    """No cell fails, no cell warns, and the pictures are there."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    warned = [output["text"] for output in outputs if output.get("name") == "stderr"]
    assert len(pictures) >= FEWEST_PICTURES[path.name]
    assert warned == []
