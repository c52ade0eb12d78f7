"""What is true of blood: units, counts, reports, limits, grades. Knows no picture, no widget and no notebook."""
