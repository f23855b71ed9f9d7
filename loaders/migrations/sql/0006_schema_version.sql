-- Every part may see which schema it works on.

grant select on operations.schema_version to walmart_reader, walmart_app, walmart_loader;
