"""Pictures: where they come from, what judges them, and networks made for them. Lesson 08.

`datasets` gives digits and clothes as one tensor, by way of `idx` and `files`. `classifier` knows
what a picture shows, `metrics` and `judge` say how good samples are, `digit_attributes` how a digit
leans. `latent` walks through a generator, `dcgan_guidelines` leaves out one of DCGAN's guidelines
at a time, and `mosaics` writes many pictures into one file.
"""
