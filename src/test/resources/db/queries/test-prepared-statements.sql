SELECT count(*) AS statements, sum(generic_plans + custom_plans) AS runs FROM pg_prepared_statements
