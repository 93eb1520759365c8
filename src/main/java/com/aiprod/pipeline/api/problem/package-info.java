/** Error responses: RFC 9457 problems for routes, filters and the servlet container. */
package com.aiprod.pipeline.api.problem;
