"""How the database's schema came to be, one step a file; brought forward by `licet db upgrade`."""
