"""A first installation: a few answers become the files of a working bridge (`bridge init`)."""
