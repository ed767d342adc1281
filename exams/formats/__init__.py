"""Question files in and out: Excel and CSV templates, Moodle XML, GIFT. Pure: text and rows in, plans out."""
