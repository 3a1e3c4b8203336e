"""Rules of the sentences: two catalogues of one shape, every code known, no key idle."""

import ast
import re
from collections.abc import Iterable, Mapping
from string import Formatter

from tests.house.tree import Module

_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_HALF_WIDTH = re.compile("[\u4e00-\u9fff\u201d\u300b][,:;?!()]|[,:;?!()][\u4e00-\u9fff\u201c\u300a]")
_FILE_ENDINGS = ("csv", "gpkg", "html", "json", "kml", "parquet", "pdf", "png", "py", "tif", "toml", "xlsx", "zip")


def places(sentence: str) -> set[str]:
    """Return the names of a template's ``{places}``."""
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def unequal(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Find keys that stand in one catalogue only, and sentences whose places differ."""
    faults = [f"{key}: in one catalogue only" for key in sorted(one.keys() ^ other.keys())]
    both = sorted(one.keys() & other.keys())
    return faults + [f"{key}: places differ" for key in both if places(one[key]) != places(other[key])]


def empty(catalogue: Mapping[str, str]) -> list[str]:
    """Find sentences that say nothing."""
    return [f"{key}: empty" for key, sentence in catalogue.items() if not sentence.strip()]


def unknown_codes(module: Module, catalogue: Mapping[str, str]) -> list[str]:
    """Find codes without a sentence: strings and patterns that are said or raised, or begin with a known section."""
    sections = {key.split(".")[0] for key in catalogue}
    said = {id(call.args[0]) for call in module.calls if _speaks(call)}
    faults = []
    for node, pattern in _strings(module):
        shape = re.sub(r"\\(.)", r"\1", pattern).replace(".+", "x")
        looks = _CODE.fullmatch(shape) and shape.split(".")[0] in sections
        is_code = id(node) in said or (looks and shape.rsplit(".", 1)[1] not in _FILE_ENDINGS)
        if is_code and not any(re.fullmatch(pattern, key) for key in catalogue):
            faults.append(f"{module.path}:{node.lineno}: no sentence for {ast.unparse(node)}")
    return faults


def unfilled_places(module: Module, catalogue: Mapping[str, str]) -> list[str]:
    """Find calls that say or raise a sentence without naming all its places."""
    faults = []
    for call in filter(_speaks, module.calls):
        code = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
        if code not in catalogue or any(keyword.arg is None for keyword in call.keywords):
            continue
        missing = places(catalogue[code]) - {keyword.arg for keyword in call.keywords}
        faults += [f"{module.path}:{call.lineno}: {code} lacks {name}" for name in sorted(missing)]
    return faults


def idle(catalogue: Mapping[str, str], modules: Iterable[Module], data: Iterable[str] = ()) -> list[str]:
    """Find keys that no module and no data file names, whole or by a pattern such as ``f"state.{state}"``."""
    patterns = {pattern for module in modules for _, pattern in _strings(module)}
    shapes = [re.compile(pattern) for pattern in patterns if re.search(r"[a-z]", pattern) and r"\." in pattern]
    known = "\n".join(data)
    return [
        f"{key}: idle"
        for key in catalogue
        if f'"{key}"' not in known and not any(shape.fullmatch(key) for shape in shapes)
    ]


def half_width(sentence: str) -> list[str]:
    """Find Latin punctuation beside Chinese characters, where full-width marks stand in print."""
    return _HALF_WIDTH.findall(sentence)


def _speaks(call: ast.Call) -> bool:
    """Say whether a call says or raises a sentence by its code."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in {"say", "WorkbenchError"} and bool(call.args)


def _strings(module: Module) -> list[tuple[ast.expr, str]]:
    """Return each string of a module and its regular expression, parts of composed strings left out."""
    found: list[tuple[ast.expr, str]] = []
    stack: list[ast.AST] = [module.tree]
    while stack:
        node = stack.pop()
        composed = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add))
        if composed and _pattern(node).replace(".+", ""):
            found.append((node, _pattern(node)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append((node, re.escape(node.value)))
        else:
            stack.extend(ast.iter_child_nodes(node))
    return found


def _pattern(node: ast.expr) -> str:
    """Return a string that is put together as a regular expression; what varies is ``.+``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_pattern(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _pattern(node.left) + _pattern(node.right)
    return ".+"
