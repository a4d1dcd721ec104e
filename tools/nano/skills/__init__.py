"""The skills of silica/nano: one module of example makers each."""
