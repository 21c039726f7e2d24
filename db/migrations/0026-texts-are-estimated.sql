-- Where the planner knows how many people have a text, it reads only what that has in common with an organisation, instead of
-- everybody who has it. A sample of a hundred texts says too little of a name that one in eighty has.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

alter table user_searches alter column text set statistics 500;

-- Of characters and pairs it need not know: there the list counts itself. To take apart what is sampled took longer than
-- all else that is learned of this table.
alter index user_searches_pairs alter column 1 set statistics 0;

analyze user_searches;
