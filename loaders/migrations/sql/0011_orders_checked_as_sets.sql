-- A day brings as many orders to suppliers as receipts. Their references are checked as sets, like those of receipts
-- and movements: by the loader before a directory is loaded, and by dbt. Row by row they took most of the time of
-- writing them.
alter table public.purchase_orders
    drop constraint purchase_orders_supplier_id_fkey,
    drop constraint purchase_orders_store_id_fkey,
    drop constraint purchase_orders_product_id_fkey;
