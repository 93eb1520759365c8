/**
 * The model test: a job's life in random orders. {@link com.aiprod.pipeline.life.World} simulates everything
 * around the database (clients, dispatchers, Pub/Sub, workers, operators, time). Each of its moves runs a real
 * statement of db/queries against a real PostgreSQL.
 *
 * <ul>
 *   <li>{@code JobLifeTest}: one statement after the other, each predicted by {@link com.aiprod.pipeline.life.Model}.
 *   <li>{@code JobRaceTest}: every two statements in every situation, where the second begins before the first
 *       commits; and concurrent threads.
 *   <li>{@code BrokenStatementTest}: the same properties find statements that are broken on purpose.
 * </ul>
 */
package com.aiprod.pipeline.life;
