"""Tests of bytes to rows."""
