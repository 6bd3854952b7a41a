"""One view model per page: a frozen data in, plain values for a template out. No I/O, no clock."""
