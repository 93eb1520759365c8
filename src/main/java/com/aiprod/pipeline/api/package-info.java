/**
 * What runs in front of the REST routes and what the routes call, by use case. This package may depend on the packages
 * below it; no other package depends on it.
 */
package com.aiprod.pipeline.api;
