package com.aiprod.pipeline.api.problem;

import com.aiprod.pipeline.api.http.RequestIdFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;

/** Returns a problem for what Tomcat rejects before any filter runs, such as a malformed request line. */
public class ProblemReportValve extends ErrorReportValve {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemReportValve.class);

    @Override
    protected void report(Request request, Response response, Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String requestId = RequestIdFilter.idOf(request);
        byte[] body = Problem.ofStatus(status, null, request.getRequestURI(), requestId)
                .toJson()
                .getBytes(StandardCharsets.UTF_8);
        response.setHeader(RequestIdFilter.HEADER, requestId);
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        try {
            response.getOutputStream().write(body);
            response.finishResponse();
        } catch (IOException e) {
            LOG.debug("Request {} was rejected, and the client has disconnected", requestId, e);
        }
    }
}
