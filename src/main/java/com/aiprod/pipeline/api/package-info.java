/**
 * What stands before the REST routes and what they call: the fence around requests, the caller, request records and
 * their validation, paging, problems. No other room imports this one.
 */
package com.aiprod.pipeline.api;
