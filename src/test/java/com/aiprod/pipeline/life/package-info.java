/**
 * The model test: a job's life in every order that can be drawn. {@link com.aiprod.pipeline.life.World} stands for all
 * around the database (clients, dispatchers, Pub/Sub, workers, operators, time); each of its moves runs the real
 * statement of db/queries against a real PostgreSQL.
 *
 * <ul>
 *   <li>{@code JobLifeTest}: one statement after the other, each foretold by {@link com.aiprod.pipeline.life.Model}.
 *   <li>{@code JobRaceTest}: every two statements in every situation, where the second begins before the first has
 *       committed; and threads that all go at once.
 *   <li>{@code BrokenStatementTest}: the same properties find statements that were broken on purpose.
 * </ul>
 */
package com.aiprod.pipeline.life;
