/** The HTTP clients of pipelines, and what a route needs to use an outside service safely. Depends on {@code stage}. */
package com.aiprod.pipeline.stage.http;
