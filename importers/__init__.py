"""Rows in and out: files, mapping, plan, apply, export. Sits on `models/`, below `admin_views/`."""
