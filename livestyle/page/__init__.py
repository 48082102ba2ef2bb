"""A page in the browser: the painting, and all there is to turn.

Pictures lie in a `Newest`, from which every viewer takes the newest when it is ready for one; a JPEG is
made once, when the first viewer wants it. What a viewer asks is done by the display thread between two
pictures, as keys are. State flows one way: the session's is sent where it has changed, and a page shows
what it was sent, not what it has asked for. So several pages, the window and the keys never disagree. A
page begins with JPEG by the socket, and moves over to WebRTC when its first frame is there.
"""
