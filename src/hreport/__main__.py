"""`python -m hreport`."""

from hreport.cli import main

if __name__ == "__main__":
    main()
