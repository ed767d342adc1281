"""The demonstration county: 云澜县, which does not exist, and everybody in it invented (ID numbers of region 99).

``story`` tells who these people are and what happened to them in three years (pure, from one seed); ``sheets``
writes the rosters their bureau would have sent in, with the usual dirt; ``builder`` plays it all through the
portal's own import and actions, in the order of the days. Nothing is written past them, so the county is also a long
test.
"""
