"""Reading the times that a message names. The door is `aftercare.elapsed`.

`plain` makes the words of time plain, `grammar` and its `rules` read each time as a `piece` ("Tuesday", "half past 5"),
`joining` puts neighbours together, `lengths` and `calendar` say what they mean on the clock, `moments` gives the result,
`context` reads the words around, and `ranking` chooses. Every word list stands in `tables/times.yml`.
"""
