"""The panel: views that read as declarations, on one base view, and the pages around them."""
