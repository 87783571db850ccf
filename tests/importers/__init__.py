"""Tests of what brings rows in and out."""
