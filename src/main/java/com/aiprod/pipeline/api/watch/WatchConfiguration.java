package com.aiprod.pipeline.api.watch;

import com.aiprod.pipeline.api.http.RouteAnswerFilter;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Sends events after the route that opened the stream. */
@Configuration(proxyBeanMethods = false)
class WatchConfiguration {

    @Bean
    FilterRegistrationBean<EventSender> eventSender(
            WatchedJobs watchedJobs, @Value("${aiprod.watch.heartbeat}") Duration heartbeat) {
        return RouteAnswerFilter.afterTheRoute(new EventSender(watchedJobs, heartbeat));
    }
}
