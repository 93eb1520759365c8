/**
 * What stands before the REST routes and what they call, by what a client wants. May know the rooms below; no other room knows
 * this one.
 */
package com.aiprod.pipeline.api;
