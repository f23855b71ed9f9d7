-- Goods of an order that are brought back through the REST API move stock, as the order did: they go into the same
-- inbox, so that one watermark says how far the world has taken its input in.

alter table public.order_inbox add column return_id bigint unique
    references public.returns deferrable initially deferred;
comment on column public.order_inbox.return_id is
    'The return of goods of that order which this is; null: it is the order itself.';
alter table public.order_inbox drop constraint order_inbox_transaction_id_key;
create unique index order_inbox_order on public.order_inbox (transaction_id) where return_id is null;
alter table public.order_inbox drop constraint order_inbox_day;
alter table public.order_inbox add constraint order_inbox_day check (
    case
        when return_id is null then public.world_day(world_time) = transaction_date
        else public.world_day(world_time) >= transaction_date
    end
);
comment on table public.order_inbox is
    'Orders from the API, and returns of them, in the order in which they moved stock. Each calls world_time_for_order, '
    'locks its rows of inventory, changes on_hand, writes its rows, and then its row here, all in one transaction.';
comment on column public.order_inbox.world_time is
    'The clock of the store''s shard when it came: its stock is moved first thing then.';

-- a return from the API has a number of the upper half of its store's day, as an order has
grant insert on public.returns to walmart_app;
grant insert (return_id) on public.order_inbox to walmart_app;

alter table operations.order_keys add column return_ids bigint[];
comment on column operations.order_keys.return_ids is 'The returns that the key made; null: it made an order.';
comment on column operations.order_keys.transaction_id is
    'The order that the key made, or of which goods came back; null only while it is being made.';
grant update (return_ids) on operations.order_keys to walmart_app;
