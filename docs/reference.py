"""The reference of the documentation, made of the program and its data: no page here is written by hand.

Each function of `PARTS` gives the Markdown that takes the place of `<!-- generated: NAME -->` in a page of one language
(`en` or `zh`). What the program does not say of itself stands in `meanings.toml`.
"""

from __future__ import annotations

import ast
import dataclasses
import html
import inspect
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, get_args

import typer

import hreport
from hreport import align, catalogue, cells, cli, database, evaluate, grammar, lexicon, model, record, sdmx
from hreport.checks import rules
from hreport.cli import language as cli_language
from hreport.messages import translated
from hreport.record import Column

HERE = Path(__file__).parent
SOURCE = Path(hreport.__file__).parent
LANGUAGES = ("zh", "en")
# Tables whose headings are English in any language: what programs read.
UNTRANSLATED = ("blocks", "runs", "files")
# Where a code of an issue stands among the arguments of a call, and where the line that says it.
ISSUE_CODES = {
    "Issue": 1,
    "issue": 0,
    "RefusedError": 0,
    "Failure": 0,
    "_failed": 1,
    "doubt": 0,
    "_issue": 4,
    "SetError": 0,
}
# What the records of a table of data are, beside those of the grammar.
RECORDS: Mapping[str, Mapping[str, type[Any]]] = {
    **grammar.TABLES,
    "indicators.toml": {"indicators": lexicon.Indicator},
    "conversions.toml": {"conversions": lexicon.Conversion},
    "spin.toml": {"spin": lexicon.Spin},
    "wording.toml": {"wording": lexicon.WordList},
    "folds.toml": {"folds": lexicon.Fold},
    "titles.toml": {"titles": lexicon.WordList},
    "systems.toml": {"systems": lexicon.System},
    "checks.toml": {**rules._KINDS, "sureness": rules.Sureness},
}


@lru_cache(maxsize=1)
def meanings() -> Mapping[str, Any]:
    """`meanings.toml`."""
    return tomllib.loads((HERE / "meanings.toml").read_text("utf-8"))


def label(name: str, language: str) -> str:
    """A word of the pages themselves."""
    return str(meanings()["labels"][name][language])


def cell(text: object) -> str:
    """Text that a cell of a Markdown table can hold.

    >>> cell("a|b")
    'a\\\\|b'
    """
    return re.sub(r"\s*\n\s*", " ", str(text)).replace("|", "\\|")


def code(text: object) -> str:
    """Text as code in a cell of a table; empty where there is none."""
    if "|" in str(text):  # which Markdown takes for the end of the cell, in code too
        return f"<code>{html.escape(str(text)).replace('|', '&#124;')}</code>"
    return f"`{text}`" if str(text) else ""


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; rows hold Markdown."""
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


# --- commands --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def program() -> Any:
    """The tree of commands, as typer has it."""
    return typer.main.get_command(cli.app)


@dataclasses.dataclass(frozen=True)
class Option:
    """An option or an argument of a command: how it is written, what it does, what holds without it."""

    names: tuple[str, ...]
    metavar: str
    help: str
    default: str
    is_argument: bool


def options(command: Any) -> Iterator[Option]:
    """The arguments and options of a command, in the order of its help."""
    context = command.context_class(command, info_name=command.name)
    for parameter in command.get_params(context):
        if getattr(parameter, "hidden", False):
            continue
        is_argument = parameter.param_type_name == "argument"
        metavar = (parameter.metavar or "") if not getattr(parameter, "is_flag", False) else ""
        names = (parameter.metavar or parameter.name,) if is_argument else (*parameter.opts, *parameter.secondary_opts)
        default = parameter.default
        shown = (
            ""
            if default in (None, False, "", ()) or callable(default)
            else f"{default:g}"
            if isinstance(default, float)
            else str(default)
        )
        yield Option(tuple(names), metavar, parameter.help or "", shown, is_argument)


def said(text: str, language: str) -> str:
    """A line of help in a language, one line."""
    translation = translated(text, language)
    return re.sub(r"\s*\n\s*", "" if language == "zh" else " ", translation.strip())


def commands(language: str) -> str:
    """Every command with its arguments and options, each in the words of its help."""
    tree = program()
    parts = [_command("hreport", tree, language)]
    parts += [_command(f"hreport {name}", tree.commands[name], language) for name in tree.commands]
    return "\n".join(parts)


def _command(name: str, command: Any, language: str) -> str:
    anchor = name.replace(" ", "-")
    text = f"## `{name}` {{ #{anchor} }}\n\n{said(command.help or '', language)}\n\n"
    found = list(options(command))
    usage = " ".join([name, *("[OPTIONS]" for o in found[:1]), *_arguments(command)])
    text += f"```text\n{usage}\n```\n\n"
    rows = [
        (
            ", ".join(code(n) for n in o.names) + (f" {code(o.metavar)}" if o.metavar and not o.is_argument else ""),
            cell(said(o.help, language)),
            code(o.default),
        )
        for o in found
    ]
    if rows:
        text += table([label(n, language) for n in ("option", "meaning", "default")], rows)
    with cli_language.settled(["--lang", language]):
        examples = cli_language.examples(name.split()[-1])
    if examples:
        lines = "\n".join(f"# {gives}\n{run}" for run, gives in examples)
        text += f"\n**{label('examples', language)}**\n\n```text\n{lines}\n```\n"
    return text


def _arguments(command: Any) -> list[str]:
    words = []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            word = parameter.metavar or parameter.name.upper()
            word += "..." if parameter.nargs == -1 else ""
            words.append(word if parameter.required else f"[{word}]")
    return words or (["COMMAND [ARGS]..."] if hasattr(command, "commands") else [])


# --- columns ---------------------------------------------------------------------------------------------------------


def tables() -> dict[str, tuple[Column, ...]]:
    """The columns of every table, by the name of the table."""
    found = {
        name.lower(): value
        for name, value in vars(record).items()
        if isinstance(value, tuple) and value and isinstance(value[0], Column)
    }
    return found | {"runs": database.RUNS, "files": database.FILES, "sdmx": sdmx.COLUMNS}


def meaning_of_column(name: str, of: str, language: str) -> str:
    """What a column of a table holds; KeyError where nobody has said it."""
    words = meanings()
    special = words["columns_of"].get(of, {})
    if name not in special and name not in words["columns"] and name[-2:] in ("_a", "_b"):
        base = special.get(name[:-2]) or words["columns"][name[:-2]]
        return f"{name[-1].upper()}: {base[language]}"
    return str((special.get(name) or words["columns"][name])[language])


def columns(language: str) -> str:
    """Every table with its columns."""
    words = record.wording()["columns"]
    parts = []
    for name, found in tables().items():
        headings = {} if name in UNTRANSLATED else words
        rows = [
            (
                code(c.name),
                headings.get(c.name, ""),
                label(c.kind, language),
                cell(meaning_of_column(c.name, name, language)),
            )
            for c in found
        ]
        title = meanings()["tables"][name][language]
        names = ("column", "heading", "holds", "meaning")
        parts.append(f"## {title} {{ #{name} }}\n\n" + table([label(n, language) for n in names], rows))
    rows = [(code(n), cell(meanings()["views"][n][language])) for n in (*database.TABLES, *database.VIEWS)]
    parts.append(
        f"## {label('views', language)} {{ #store }}\n\n"
        + table([label("table", language), label("meaning", language)], rows)
    )
    return "\n".join(parts)


# --- codes -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def known_codes() -> dict[str, tuple[str, ...]]:
    """The codes that the program can write, by what they are codes of: what `meanings.toml` must explain."""
    shipped = lexicon.load().indicators.values()
    sets: dict[str, Iterable[str]] = {
        "status": get_args(model.Status),
        "measure": get_args(model.Measure),
        "direction": get_args(model.Direction),
        "basis": get_args(model.Basis),
        "bound": get_args(model.Bound),
        "damage": get_args(model.Damage),
        "kind": get_args(model.MaskKind),
        "grade": get_args(model.LeakGrade),
        "doubts": [w.id for w in grammar.load().tables["confidence"].values() if w.weight < 0],
        "doubt": _cell_doubts(),
        "check": rules.load(lexicon.load()).sureness,
        "part": record.wording()["parts"],
        "agrees": _returned("growth.py", "_agreement"),
        "align": align.KINDS,
        "issue": issue_codes(),
        "score": evaluate.FIGURES,
        "line": record.wording()["codes"]["line"],
        "group": catalogue.groups(lexicon.load()),
        "indicator_kind": dict.fromkeys(i.kind for i in shipped),
        "better": ("higher", "lower", "neutral"),
        "unit_kind": dict.fromkeys(u.kind for u in grammar.load().units.values()),
    }
    return {name: tuple(found) for name, found in sets.items()}


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((SOURCE / file).read_text("utf-8"))


def _cell_doubts() -> list[str]:
    """The words that the column `doubt` of a comparison may hold: the doubts that have a sign beside the figure."""
    return [doubt for doubts in cells.SIGNS.values() for doubt in doubts]


def _returned(file: str, function: str) -> list[str]:
    """The texts that a function can return."""
    node = next(n for n in ast.walk(_tree(file)) if isinstance(n, ast.FunctionDef) and n.name == function)
    found = [r.value for r in ast.walk(node) if isinstance(r, ast.Return) and r.value is not None]
    texts = [c.value for r in found for c in _results(r)]
    return [str(text) for text in dict.fromkeys(texts)]


def _results(node: ast.expr) -> Iterator[ast.Constant]:
    if isinstance(node, ast.IfExp):
        yield from _results(node.body)
        yield from _results(node.orelse)
    elif isinstance(node, ast.Constant):
        yield node


@lru_cache(maxsize=1)
def issue_codes() -> dict[str, list[str]]:
    """The codes of issues, each with the templates of the lines that say it, out of the source."""
    found: dict[str, list[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                at = ISSUE_CODES.get(name)
                if at is not None and len(node.args) > at:
                    for constant in _results(node.args[at]):
                        _add(found, constant.value, node.args[at + 1 :])
            # a code beside its line, on its way to one of these calls
            elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[0], ast.Constant):
                if isinstance(node.elts[1], ast.Call) and ast.unparse(node.elts[1].func) == "Message":
                    _add(found, node.elts[0].value, node.elts[1:])
            elif isinstance(node, ast.FunctionDef) and node.name == "_issue" and node.args.defaults:
                _add(found, getattr(node.args.defaults[-1], "value", None), ())
    return dict(sorted(found.items()))


def _add(found: dict[str, list[str]], word: object, lines: Iterable[ast.expr]) -> None:
    if not isinstance(word, str) or not re.fullmatch("[a-z_]+", word):
        return
    said = found.setdefault(word, [])
    for line in lines:
        for node in ast.walk(line):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "Message"
                and isinstance(node.args[0], ast.Constant)
            ):
                template = str(node.args[0].value)
                if template not in said and re.search("[a-z]{3}", re.sub(r"\{.*?\}", "", template)):
                    said.append(template)


def codes(language: str) -> str:
    """Every code, by what it is a code of."""
    words, parts = meanings(), []
    chinese = record.wording()["codes"] | {"part": record.wording()["parts"]}
    sureness = rules.load(lexicon.load()).sureness
    weights = grammar.load().tables["confidence"]
    templates = issue_codes()
    for name, known in known_codes().items():
        headings, rows = ["code", "meaning"], []
        for word in known:
            row = [code(word), cell(words["codes"][name][word][language])]
            if name == "check":
                note = f" ({label('note', language)})" if sureness[word].note else ""
                row.append(f"{sureness[word].sure:g}{note}")
            elif name == "doubts":
                row.append(f"{weights[word].weight:g}")
            elif name == "issue":
                row.append("<br>".join(cell(shown(t, language)) for t in templates[word]))
            elif name in chinese:
                row.insert(1, chinese[name].get(word, ""))
            rows.append(row)
        headings += {"check": ["sure"], "doubts": ["weight"], "issue": ["says"]}.get(name, [])
        if name in chinese and name not in ("check", "doubts", "issue"):
            headings.insert(1, "word")
        text = table([label(h, language) for h in headings], rows)
        parts.append(f"## {words['headings'][name][language]} {{ #{name} }}\n\n{text}")
    return "\n".join(parts)


def shown(template: str, language: str) -> str:
    """A template in a language, its fields as `…`."""
    fields = dict.fromkeys(re.findall(r"\{(\w+)", template), "")
    text = translated(template, language) if not fields else _translated_template(template, language)
    return re.sub(r"\{[^{}]*\}", "…", text).replace("<", "&lt;")


def _translated_template(template: str, language: str) -> str:
    from hreport.messages import translations

    return template if language == "en" else translations(language).get(template, template)


def marks(language: str) -> str:
    """The marks of a comparison, as its legend explains them."""
    legend = record.wording()["legend"][language]
    rows = [
        (code(found[1]), cell(found[2]))
        for line in legend.values()
        if (found := re.fullmatch(r"(\S+(?: ≤ ≈)?)  (.*)", line))
    ]
    return table([label("mark", language), label("meaning", language)], rows)


# --- catalogue and units ---------------------------------------------------------------------------------------------


def indicators(language: str) -> str:
    """The groups of the catalogue and the official systems, each with its page."""
    loaded = lexicon.load()
    words = meanings()["codes"]["group"]
    counts = {g: [i for i in loaded.indicators.values() if i.group == g] for g in catalogue.groups(loaded)}
    rows = [(f"[{words[g][language]}]({g}.md)", code(g), str(len(found))) for g, found in counts.items()]
    text = f"## {label('all_groups', language)} {{ #groups }}\n\n"
    text += table([label(n, language) for n in ("group", "id", "count")], rows)
    text += f"\n## {label('all_systems', language)} {{ #systems }}\n\n"
    for key, system in loaded.systems.items():
        title = system.name if language == "zh" else system.en
        text += f"### {title} {{ #{key} }}\n\n`{key}`\n\n"
        text += table(
            [label(n, language) for n in ("item", "indicator", "match")],
            [_item(item, indicator, language) for item, indicator in catalogue.of_system(key, loaded)],
        )
        text += "\n"
    return text


def _item(item: lexicon.Item, indicator: lexicon.Indicator | None, language: str) -> Sequence[str]:
    name = f"{item.no} {item.name}".strip()
    if indicator is None:
        return (cell(name), "", "")
    link = f"[{cell(indicator.name)}]({indicator.group}.md#{indicator.id})"
    return (cell(name), link, "" if item.match == "same" else code(item.match))


def group_page(group: str, language: str) -> str:
    """The indicators of a group, each with its unit, plausible range, other wordings and official systems."""
    loaded = lexicon.load()
    words = meanings()["codes"]
    rows = []
    for i in loaded.indicators.values():
        if i.group != group:
            continue
        low, high = ("" if n is None else f"{n:,g}" for n in (i.low, i.high))
        rows.append(
            (
                f'<span id="{i.id}"></span>**{cell(i.name)}**<br>{cell(i.en)}<br>`{i.id}`',
                cell(i.unit),
                f"{low}–{high}" if low or high else "",
                cell(words["better"][i.better][language].partition(":" if language == "en" else "，")[0]),
                cell("、".join(i.aliases) if language == "zh" else ", ".join(i.aliases)),
                cell(catalogue.systems_cell(i.id, loaded).replace("|", ", ")),
            )
        )
    names = ("indicator", "unit", "range", "better", "aliases", "systems")
    return f"# {words['group'][group][language]}\n\n" + table([label(n, language) for n in names], rows)


def units(language: str) -> str:
    """Every unit by kind, with its other written forms and what it converts into."""
    loaded, words = lexicon.load(), meanings()["codes"]["unit_kind"]
    parts = []
    for kind in known_codes()["unit_kind"]:
        rows = []
        for unit in grammar.load().units.values():
            if unit.kind == kind:
                known = loaded.conversions.get(unit.id)
                rows.append(
                    (
                        code(unit.id),
                        " ".join(code(a) for a in unit.aliases),
                        code(known.dimension) if known else "",
                        code(known.factor) if known else "",
                    )
                )
        names = ("unit", "aliases", "dimension", "factor")
        parts.append(f"## {words[kind][language]} {{ #{kind} }}\n\n" + table([label(n, language) for n in names], rows))
    known_units = grammar.load().units
    rows = [
        (code(c.id), code(c.dimension), code(c.factor)) for c in loaded.conversions.values() if c.id not in known_units
    ]
    parts.append(
        f"## {label('conversions', language)} {{ #conversions }}\n\n"
        + table([label(n, language) for n in ("unit", "dimension", "factor")], rows)
    )
    return "\n".join(parts)


# --- Python ----------------------------------------------------------------------------------------------------------


def python(language: str) -> str:
    """The functions of the package, with their signatures and docstrings."""
    parts = []
    for name in sorted(n for n in hreport.__all__ if not n.startswith("_")):
        thing = getattr(hreport, name)
        parts.append(f"## `hreport.{name}` {{ #{name} }}\n\n{meanings()['python'][name][language]}\n")
        if inspect.isfunction(thing):
            given = ",\n".join(f"    {p}" for p in _parameters(thing))
            parts.append(f"```python\nhreport.{name}(\n{given},\n)\n```\n")
        parts.append(_docstring(inspect.getdoc(thing) or ""))
    return "\n".join(parts)


def _parameters(function: Callable[..., Any]) -> Iterator[str]:
    keyword_only = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            yield "*"
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        yield f"{parameter.name}: {parameter.annotation}{default}"


def _docstring(text: str) -> str:
    """A docstring in Markdown: `Args:` and its like as lists."""
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if re.fullmatch(r"(Args|Returns|Raises):", line):
            inside = line in ("Args:", "Raises:")
            lines += ["", f"**{line[:-1]}**", ""]
        elif line.startswith("    "):
            item = re.match(r"    (\w+): (.*)", line)
            lines.append(
                f"- `{item[1]}`: {item[2]}" if inside and item else line.strip() if not inside else f"  {line.strip()}"
            )
        else:
            inside = False
            lines += ([""] if lines and lines[-1].startswith(("-", " ")) else []) + [line]
    return "\n".join(lines) + "\n"


# --- data files ------------------------------------------------------------------------------------------------------


def data_files() -> list[Path]:
    """The files of data that the package ships."""
    return sorted(p for p in (SOURCE / "data").iterdir() if p.suffix in (".toml", ".csv"))


def data(language: str) -> str:
    """Each file of data: what it holds, its tables and their fields, what its head says, and an entry of each table."""
    return "\n".join(_data_file(path, language) for path in data_files())


def _data_file(path: Path, language: str) -> str:
    text = path.read_text("utf-8")
    result = f"## `{path.name}` {{ #{path.stem} }}\n\n{meanings()['data'][path.name][language]}\n\n"
    if path.suffix == ".csv":
        head = "\n".join(text.splitlines()[:4])
        return result + f"```text\n{head}\n```\n"
    if said := re.match(r"(?:#.*\n)+", text):
        result += (
            '??? quote "' + path.name + '"\n\n' + "".join(f"    {line[2:] or ''}\n" for line in _prose(said[0])) + "\n"
        )
    rows, examples = [], []
    for name, entries in tomllib.loads(text).items():
        kind = RECORDS.get(path.name, {}).get(name)
        fields = ", ".join(code(f.name) for f in dataclasses.fields(kind)) if kind else label("plain", language)
        rows.append((code(f"[{name}]"), str(len(entries)), fields))
        if kind and (example := _example(text, name)):
            examples.append(f"[{name}]\n{example}")
    result += table([label(n, language) for n in ("table", "entries", "fields")], rows)
    if examples:
        result += "\n```toml\n" + "\n\n".join(examples) + "\n```\n"
    return result


def _prose(comment: str) -> list[str]:
    """The lines of a comment as a code block, since they are laid out by hand."""
    return ["# ```text", *comment.rstrip("\n").split("\n"), "# ```"]


def _example(text: str, name: str) -> str:
    """A short entry of a table, as it stands in the file, with examples of its own if one has them."""
    body = re.search(rf"^\[{re.escape(name)}\]\n(.*?)(?=^\[\w+\]\n|\Z)", text, re.DOTALL | re.MULTILINE)
    lines = [line for line in (body[1] if body else "").split("\n") if re.match(r'["\w][^=]* = \{.*\}$', line)]
    best = [line for line in lines if " match = [" in line] or lines
    return min(best, key=len, default="")


PARTS: Mapping[str, Callable[[str], str]] = {
    "commands": commands,
    "columns": columns,
    "codes": codes,
    "marks": marks,
    "indicators": indicators,
    "units": units,
    "python": python,
    "data": data,
}
