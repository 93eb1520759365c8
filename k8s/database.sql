-- Once, in the new and empty database, as who made it: three roles, of which each may do what it needs and no more.
-- They have no password until \password gives them one.

-- Makes and changes the schema: the Job "migrate".
CREATE ROLE aiprod_owner LOGIN;
-- All else: reads and writes rows. It cannot drop or empty a table, nor switch off what keeps the history append-only.
CREATE ROLE aiprod LOGIN;
-- KEDA, which counts what waits.
CREATE ROLE scaler LOGIN;

-- What the application sets in each session, also for where it cannot: behind a pooler of transactions.
ALTER ROLE aiprod SET statement_timeout = '10s';
ALTER ROLE aiprod SET lock_timeout = '5s';
ALTER ROLE aiprod SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE aiprod SET default_transaction_isolation = 'read committed';
ALTER ROLE scaler SET statement_timeout = '5s';

-- Where the one who runs this is no superuser, as on Cloud SQL.
GRANT aiprod_owner TO CURRENT_USER;
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO aiprod_owner, aiprod, scaler', current_database());
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO aiprod_owner;
GRANT USAGE ON SCHEMA public TO aiprod, scaler;

-- Of each table that a migration makes. Functions and types are everybody's.
ALTER DEFAULT PRIVILEGES FOR ROLE aiprod_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO aiprod;
