"""The torch side of DiscoScript: one FrameJob -> one picture.

Importing this package, `job`, `model_table` or `identity` does not import torch.

Conventions, said once:

* Pictures are tensors N x C x H x W, RGB, in [-1, 1]; stored pictures are uint8 H x W x 3.
* 3D axes: +x right, +y down on the screen (a positive `translate_y` moves the camera up),
  +z into the scene. Lengths are in 1/200 scene unit, angles in degrees; R = Rx Ry Rz acts on
  row vectors.
* 2D: pixels and degrees; a positive angle turns the picture counter-clockwise.
* Time runs from noise to picture: progress 0 is the first of 1000 steps, 1000 the end.
"""
