"""A folder of films, painted however often it is interrupted.

A long film is cut at keyframes, at scenes' cuts where there are any. A piece is decoded from a keyframe
before its cut and painted from so many pictures before it that what steadiness holds is as if all had been.
Meanwhile `copy_rest` makes the film with blank pictures by `transcode` itself, so times, sound and all else
are those of the film painted whole, and `join` puts the pieces' packets in the places of the blank ones.
Where a piece fails the film is painted whole.
"""
