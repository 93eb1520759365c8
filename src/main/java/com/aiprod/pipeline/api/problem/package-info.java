/** Error answers: RFC 9457 problems for routes, filters and the container alike. */
package com.aiprod.pipeline.api.problem;
