/**
 * PostgreSQL: the Camel component {@code query:}, the sessions that it runs in, and what a failure of theirs means. Knows no
 * other room.
 */
package com.aiprod.pipeline.sql;
