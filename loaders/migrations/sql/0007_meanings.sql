-- Every table and every column says what it holds; dbt's documentation, data-model.md and \d+ read it here.

comment on table public.stores is 'The chain''s stores.';
comment on column public.stores.store_id is 'Number of the store, from 1.';
comment on column public.stores.name is 'Name on the front.';
comment on column public.stores.city is 'City it stands in.';
comment on column public.stores.state is 'US state, two letters.';
comment on column public.stores.region is 'Region of the country that the chain reports by.';
comment on column public.stores.format is 'Kind of store by size: Supercenter, Neighborhood Market or Express.';
comment on column public.stores.opened_on is 'Day on which it opened.';

comment on table public.suppliers is 'Who delivers the products.';
comment on column public.suppliers.supplier_id is 'Number of the supplier, from 1.';
comment on column public.suppliers.name is 'The supplier''s name.';
comment on column public.suppliers.city is 'City that it delivers from.';
comment on column public.suppliers.state is 'US state, two letters.';

comment on column public.products.product_id is 'Number of the product, from 1.';
comment on column public.products.sku is 'The chain''s article code; unique.';
comment on column public.products.name is 'Name on the shelf.';
comment on column public.products.brand is 'Brand on the pack.';
comment on column public.products.department is 'Department of the store; holds categories.';
comment on column public.products.category is 'Category; holds subcategories.';
comment on column public.products.subcategory is
    'Kind of need that it serves; products of one kind stand in for each other.';
comment on column public.products.pack_size is 'Contents of one, as text.';
comment on column public.products.perishable is 'Whether it spoils within days.';
comment on column public.products.supplier_id is 'Who delivers it.';
comment on column public.products.launched_on is 'First day on which it was sold.';

comment on table public.customers is 'Customers of the company, in the loyalty programme or outside it.';
comment on column public.customers.customer_id is 'Number of the customer, from 1.';
comment on column public.customers.first_name is 'First name.';
comment on column public.customers.last_name is 'Family name.';
comment on column public.customers.email is 'Address for mail, at a domain that nobody can own.';
comment on column public.customers.gender is 'F or M.';
comment on column public.customers.birth_date is 'Date of birth.';
comment on column public.customers.city is 'City of residence.';
comment on column public.customers.state is 'US state, two letters.';
comment on column public.customers.postal_code is 'ZIP code, five digits.';
comment on column public.customers.loyalty_tier is
    'Plus or Member of the loyalty programme; None (as text): outside it.';
comment on column public.customers.joined_on is 'Day on which they first became a customer.';

comment on column public.assortment.store_id is 'The store.';
comment on column public.assortment.product_id is 'The product that it lists.';
comment on column public.assortment.listed_from is 'First day on the shelf.';

comment on table public.promotions is 'Price promotions of one product, in all stores or in one.';
comment on column public.promotions.promotion_id is 'Number of the promotion.';
comment on column public.promotions.kind is
    'weekly_ad (a week) or rollback (two weeks), in all stores; markdown (two weeks), in one store.';
comment on column public.promotions.product_id is 'The product whose price is lowered.';
comment on column public.promotions.starts_on is 'First day.';
comment on column public.promotions.store_id is 'The store of a markdown; null: all stores.';

comment on column public.price_changes.price_change_id is 'Number of the change.';
comment on column public.price_changes.product_id is 'The product whose regular price changed.';
comment on column public.price_changes.old_price is 'Regular price before.';
comment on column public.price_changes.new_price is 'Regular price from effective_on on.';
comment on column public.price_changes.reason is
    'cost (a rise) or competition (a cut), in all stores; experiment: one store''s own price in a price experiment.';

comment on column public.transactions.store_id is 'Where it was bought.';
comment on column public.transactions.transaction_timestamp is 'Instant of the sale.';
comment on column public.transactions.payment_method is 'cash, debit, credit, mobile_wallet or gift_card.';
comment on column public.transactions.customer_id is
    'Who bought; null: not known, as when somebody outside the loyalty programme pays cash.';

comment on column public.transaction_items.transaction_id is 'The receipt that the line is on.';
comment on column public.transaction_items.line_number is 'Place on the receipt.';
comment on column public.transaction_items.transaction_date is 'Day of the receipt.';
comment on column public.transaction_items.store_id is 'Where it was bought, as on the receipt.';
comment on column public.transaction_items.product_id is 'What was bought.';
comment on column public.transaction_items.quantity is 'Units bought.';

comment on column public.returns.return_id is 'Number of the return.';
comment on column public.returns.transaction_id is 'The receipt of the sale.';
comment on column public.returns.line_number is 'The line of the receipt that came back.';
comment on column public.returns.product_id is 'The product, as on that line.';
comment on column public.returns.store_id is 'The store that took it back.';
comment on column public.returns.returned_at is 'Instant of the return.';
comment on column public.returns.quantity is 'Units brought back; at most what the line bought.';
comment on column public.returns.refund_amount is 'Money paid back: quantity x the price paid.';
comment on column public.returns.reason is 'changed_mind, defective, wrong_item, wrong_size or not_as_described.';

comment on column public.inventory.store_id is 'The store.';
comment on column public.inventory.product_id is 'The product.';
comment on column public.inventory.updated_at is 'World time of the last change to this row.';

comment on column public.inventory_daily.store_id is 'The store.';
comment on column public.inventory_daily.product_id is 'The product.';
comment on column public.inventory_daily.opening is 'Units at the day''s start.';
comment on column public.inventory_daily.received is 'Units delivered.';
comment on column public.inventory_daily.sold is 'Units sold, orders from the API included.';
comment on column public.inventory_daily.returned is 'Units brought back that went on the shelf again.';
comment on column public.inventory_daily.closing is
    'Units at the day''s end: opening + received + returned - sold - shrink.';

comment on column public.purchase_orders.purchase_order_id is 'Number of the order.';
comment on column public.purchase_orders.supplier_id is 'Who is to deliver.';
comment on column public.purchase_orders.store_id is 'The store that ordered.';
comment on column public.purchase_orders.product_id is 'What was ordered.';
comment on column public.purchase_orders.ordered_on is 'Day of the order.';
comment on column public.purchase_orders.quantity is 'Units ordered.';
comment on column public.purchase_orders.expected_on is 'Day on which delivery was promised.';
comment on column public.purchase_orders.unit_cost is 'What one costs the chain on this order.';

comment on column truth.demand.store_id is 'The store.';
comment on column truth.demand.product_id is 'The product.';
comment on column truth.demand.date is 'World day.';
comment on column truth.demand.wanted is 'Units that shoppers came for.';
comment on column truth.demand.sold is 'Units sold; above wanted where it stood in for something else.';
comment on column truth.demand.substituted_away is 'Units wanted here and bought as another product instead.';
comment on column truth.demand.lost is 'Units wanted and not bought at all.';

comment on column truth.customers.customer_id is 'The customer.';
comment on column truth.customers.visits_per_week is 'Shopping trips a week to begin with, before the customer drifts.';
comment on column truth.customers.basket_scale is
    'How much larger than usual the customer''s baskets are; 1: as usual.';
comment on column truth.customers.price_sensitivity is
    'How strongly price moves the customer''s choice; the weight of the logarithm of price.';
comment on column truth.customers.promotion_sensitivity is
    'How strongly a promotion draws the customer beyond its lower price.';
comment on column truth.customers.pantry_days is
    'Days of use of a need that the household makes room for when a promotion tempts it.';

comment on table truth.products is 'Hidden traits of the products.';
comment on column truth.products.product_id is 'The product.';
comment on column truth.products.own_price_elasticity is
    'Percent change of units wanted for one percent of price, at its first regular price.';

comment on table truth.promotion_effects is 'What each promotion that has ended, markdowns included, sold beyond what would have sold without it.';
comment on column truth.promotion_effects.promotion_id is 'The promotion.';
comment on column truth.promotion_effects.store_id is 'The store.';
comment on column truth.promotion_effects.product_id is 'The product promoted.';
comment on column truth.promotion_effects.baseline_units is 'Units that would have been sold without the promotion.';
comment on column truth.promotion_effects.extra_units is 'Units sold beyond that.';

comment on column public.world.id is 'Always 1: there is one world.';
comment on column public.world.world_id is 'Random name of this world; another company has another one.';
comment on column public.world.created_at is 'When the row was written, by the server''s clock.';

comment on column public.world_shards.shard is 'Number of the shard, from 0.';
comment on column public.world_shards.store_ids is 'Its stores.';
comment on column public.world_shards.lease_expires_at is
    'When the lease passes on unless renewed, by the server''s clock.';
comment on column public.world_shards.lease_backend_start is 'When that server process began.';
comment on column public.world_shards.committed_at is 'When the last period was committed, by the server''s clock.';

comment on column public.simulation_state.store_id is 'The store.';
comment on column public.simulation_state.at is 'The instant of the state: the start of a month.';
comment on column public.simulation_state.format_version is 'Format of the snapshot; another one is refused.';
comment on column public.simulation_state.snapshot is 'The state, compressed by the simulator.';
comment on column public.simulation_state.digest is 'SHA-256 of the state.';

comment on column public.order_inbox.sequence is 'Place in the order in which orders took stock.';
comment on column public.order_inbox.transaction_id is 'The order''s receipt.';
comment on column public.order_inbox.store_id is 'The store, as the number of the receipt carries it.';
comment on column public.order_inbox.transaction_date is 'The day, as the number of the receipt carries it.';

comment on column public.simulation_runs.run_id is 'Name of the run.';
comment on column public.simulation_runs.kind is 'first_company, days, live, or load.';
comment on column public.simulation_runs.state is 'queued, running, success, failed or cancelled.';
comment on column public.simulation_runs.airflow_run_id is
    'Airflow''s name of the run that started it; null: started otherwise.';
comment on column public.simulation_runs.requested_from is 'The world''s clock when it was planned.';
comment on column public.simulation_runs.requested_until is 'Where it is to end.';
comment on column public.simulation_runs.days_done is 'World days computed so far.';
comment on column public.simulation_runs.days_total is 'World days to compute.';
comment on column public.simulation_runs.message is
    'Why it failed or was cancelled, for a person; null: nothing to say.';
comment on column public.simulation_runs.params is 'Parameters that were given over those of the settings.';
comment on column public.simulation_runs.started_at is 'When it was planned, by the server''s clock.';
comment on column public.simulation_runs.updated_at is 'Last sign of progress, by the server''s clock.';
comment on column public.simulation_runs.finished_at is 'When it ended; null: not yet.';

comment on column public.simulation_run_shards.run_id is 'The run.';
comment on column public.simulation_run_shards.shard is 'The shard.';
comment on column public.simulation_run_shards.day_reached is 'Last world day computed.';
comment on column public.simulation_run_shards.committed_transactions is 'Receipts that the run has committed.';
comment on column public.simulation_run_shards.computed_transactions is 'The same, and those computed since.';
comment on column public.simulation_run_shards.done is 'Whether the shard has reached the run''s end.';
comment on column public.simulation_run_shards.updated_at is 'Last sign of progress, by the server''s clock.';

set local role walmart_loader;
comment on column predictions.forecasts.model is 'Name of the model.';
comment on column predictions.forecasts.date is 'The day forecast.';
comment on column predictions.forecasts.lower is 'Lower end of the interval.';
comment on column predictions.forecasts.upper is 'Upper end of the interval.';
comment on column predictions.forecasts.store_id is 'The store; null: the level is not of one store.';
comment on column predictions.forecasts.product_id is 'The product; null: the level is not of one product.';
comment on column predictions.forecasts.department is 'The department; null: the level is not of one department.';
comment on column predictions.forecasts.category is 'The category; null: the level is not of one category.';

comment on column predictions.forecast_errors.as_of is 'Last world day that the model saw.';
comment on column predictions.forecast_errors.level is 'As in forecasts.';
comment on column predictions.forecast_errors.model is 'Name of the model.';
comment on column predictions.forecast_errors.window_from is 'First day scored.';
comment on column predictions.forecast_errors.value is 'The error, in the metric''s own unit.';
comment on column predictions.forecast_errors.observations is 'Days and series scored.';

comment on column predictions.recommendations.as_of is 'Last world day that the model saw.';
comment on column predictions.recommendations.kind is
    'bought_together, customer or popular: what it is to be shown beside.';
comment on column predictions.recommendations.product_id is
    'The product beside which it is offered; null but for bought_together.';
comment on column predictions.recommendations.customer_id is
    'The customer to whom it is offered; null but for customer.';
comment on column predictions.recommendations.recommended_product_id is 'The product to offer.';
comment on column predictions.recommendations.rank is 'Place among its recommendations, from 1.';

comment on column predictions.recommendation_errors.as_of is 'Last world day that the model saw.';
comment on column predictions.recommendation_errors.kind is 'As in recommendations.';
comment on column predictions.recommendation_errors.model is 'Name of the model; popularity among them.';
comment on column predictions.recommendation_errors.metric is 'For example hit_rate, precision, recall.';
comment on column predictions.recommendation_errors.k is 'How many recommendations were counted.';
comment on column predictions.recommendation_errors.value is 'The metric''s value.';
comment on column predictions.recommendation_errors.observations is 'Customers or baskets scored.';
reset role;

comment on column operations.dbt_results.invocation_id is 'dbt''s name of the invocation.';
comment on column operations.dbt_results.unique_id is
    'dbt''s name of the node, for example model.walmart.stg_products.';
comment on column operations.dbt_results.name is 'The node''s short name.';
comment on column operations.dbt_results.resource_type is 'model, snapshot, test, source and so on.';
comment on column operations.dbt_results.status is 'As dbt reports it: success, pass, warn, error, fail, skipped.';
comment on column operations.dbt_results.seconds is 'How long it took.';
comment on column operations.dbt_results.message is 'What dbt said of it.';
comment on column operations.dbt_results.started_at is 'When it began.';
comment on column operations.dbt_results.finished_at is 'When it ended.';

comment on column operations.warehouse_loads.load_id is 'Name of the load.';
comment on column operations.warehouse_loads.warehouse is 'Which warehouse: chdb, clickhouse or snowflake.';
comment on column operations.warehouse_loads.rows is 'Rows of the part.';
comment on column operations.warehouse_loads.source_path is 'The file that carried them; null: none was needed.';
comment on column operations.warehouse_loads.reconciled is 'Whether the warehouse was found to hold the same.';
comment on column operations.warehouse_loads.message is 'What differed; null: nothing.';
comment on column operations.warehouse_loads.loaded_at is 'When it was loaded.';

comment on column operations.order_keys.key is 'The Idempotency-Key that the client sent.';
comment on column operations.order_keys.created_at is 'When it first came, by the server''s clock.';

comment on table operations.schema_version is 'The migration that the schema stands at; one row.';
comment on column operations.schema_version.version_num is 'Number of the last migration.';

-- Dates and deliveries in the order in which they happen; the day's movements add up.
alter table public.products add check (discontinued_on >= launched_on);
alter table public.customers add check (joined_on > birth_date);
alter table public.purchase_orders
    add check (expected_on >= ordered_on),
    add check (received_on >= ordered_on),
    add check ((received_on is null) = (quantity_received is null));
alter table public.returns add check (returned_on >= transaction_date);
alter table public.inventory_daily add check (closing = opening + received + returned - sold - shrink);

-- Nothing asks for open orders or for orders by day: dbt reads the table whole.
drop index public.purchase_orders_open;
drop index public.purchase_orders_day;
