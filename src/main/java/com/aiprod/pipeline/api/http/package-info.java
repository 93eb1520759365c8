/** The path of a request from the servlet container to a route and back. */
package com.aiprod.pipeline.api.http;
