package com.aiprod.pipeline.api.problem;

import com.aiprod.pipeline.api.http.RequestFilter;
import com.aiprod.pipeline.api.http.RequestIdFilter;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.web.servlet.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** The servlet container's error page: a problem for requests that fail outside Spring MVC and Camel. */
@Controller
class ProblemController implements ErrorController {

    @RequestMapping("${server.error.path:/error}")
    void problem(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String instance = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String failed
                ? failed
                : request.getRequestURI();
        String requestId = RequestIdFilter.idOf(request);
        response.setHeader(RequestIdFilter.HEADER, requestId);
        if (request.getAttribute(RequestFilter.REFUSAL) instanceof ProblemException refusal) {
            Problems.answerTo(refusal, instance, requestId).writeTo(response);
            return;
        }
        if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable failure) {
            Problems.answerTo(failure, instance, requestId).writeTo(response);
            return;
        }
        // A direct request to this path gets 404, like any unknown path.
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code ? code : 404;
        HttpHeaders headers = new HttpHeaders();
        if (response.containsHeader(HttpHeaders.ALLOW)) {
            headers.set(HttpHeaders.ALLOW, response.getHeader(HttpHeaders.ALLOW));
        }
        new Problems.Answer(Problem.ofStatus(status, Problems.detail(status, headers), instance, requestId), headers)
                .writeTo(response);
    }
}
