"""One view per page: what the page decides, as frozen values for its template. No I/O, no clock."""
