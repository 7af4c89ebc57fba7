"""hreport: the figures of Chinese work reports side by side, with proof.

For pandas users: `extract`, `masks`, `compare`, `check` and `indicators` give DataFrames, with the options of the
commands of the same names. They are loaded when first asked for: `import hreport` alone takes no time.

>>> import hreport
>>> list(hreport.indicators("婴儿死亡率").id)
['infant_mortality']
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hreport.api import ReadWarning, check, compare, extract, indicators, masks

__version__ = "0.1.0"
__all__ = ["ReadWarning", "__version__", "check", "compare", "extract", "indicators", "masks"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module 'hreport' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module("hreport.api"), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
