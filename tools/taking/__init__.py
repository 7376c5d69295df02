"""What readers take along: a book, a deck, a sheet, a zip, a page in two languages."""
