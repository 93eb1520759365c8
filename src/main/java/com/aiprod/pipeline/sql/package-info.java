/**
 * PostgreSQL: the Camel component {@code query:}, its sessions, and the meaning of their failures. Depends on no other
 * package.
 */
package com.aiprod.pipeline.sql;
