"""Pages and endpoints of taking an exam. Knows no right answer."""
