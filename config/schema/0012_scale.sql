-- What grows with the years and the province is found by an index: the newer version of a record
-- (vault page), and the queue in its order.
create index record_replaces on record (replaces) where replaces is not null;
create index review_decided on review (state, created_at, id);
