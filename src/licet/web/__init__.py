"""What people see: pages and reports, made from what the store can show."""
