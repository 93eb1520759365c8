-- Run once in the new, empty database, as the role that created it. Creates three roles with the least privileges that
-- each needs. They have no password until \password sets one.

-- Creates and changes the schema: the Job "migrate".
CREATE ROLE aiprod_owner LOGIN;
-- The application: reads and writes rows. It cannot drop or truncate a table, or disable the triggers that keep the
-- history append-only.
CREATE ROLE aiprod LOGIN;
-- KEDA, which counts waiting jobs.
CREATE ROLE scaler LOGIN;

-- The application sets these in each session. Behind a transaction pooler it cannot, so the role has them too.
ALTER ROLE aiprod SET statement_timeout = '10s';
ALTER ROLE aiprod SET lock_timeout = '5s';
ALTER ROLE aiprod SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE aiprod SET default_transaction_isolation = 'read committed';
ALTER ROLE aiprod SET enable_seqscan = off;
ALTER ROLE aiprod SET enable_bitmapscan = off;
ALTER ROLE aiprod SET jit = off;
ALTER ROLE scaler SET statement_timeout = '5s';

-- Needed if the role that runs this is not a superuser, as on Cloud SQL.
GRANT aiprod_owner TO CURRENT_USER;
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO aiprod_owner, aiprod, scaler', current_database());
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO aiprod_owner;
GRANT USAGE ON SCHEMA public TO aiprod, scaler;

-- For each table that a migration creates. Everybody can use functions and types by default.
ALTER DEFAULT PRIVILEGES FOR ROLE aiprod_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO aiprod;
