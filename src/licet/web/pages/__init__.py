"""Pages: what people see and do in a browser. One page is one module here and one template of the same name."""
