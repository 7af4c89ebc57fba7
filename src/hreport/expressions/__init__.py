"""Regular expressions and word lists, used fast: compiled when they are needed (`compiling`), tried only where a match
can begin (`scanning`) and on texts that can hold one (`needles`), and words by the thousand in one pass (`dictionary`).

What is found is what `re` finds; only the time is another. It knows nothing of Chinese.
"""
