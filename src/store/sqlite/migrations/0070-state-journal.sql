-- What parts of the spine remember is written here as it changes, one row a commit, and taken into `state` in bulk: an attack changes
-- the same windows again and again, and each of them lies on another page there.
CREATE TABLE state_journal (seq INTEGER PRIMARY KEY, entries TEXT NOT NULL);
