-- The fold's plan is made when a connection first folds, on a fresh database or in a fresh month over empty partitions, which
-- PostgreSQL would rather read whole. What queues before they are next analyzed would then be looked up by reading them whole
-- for each row. So it goes by the keys, however little there is.
alter function fold_usage() set enable_seqscan = off;
