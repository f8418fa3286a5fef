    Scenario: Structured content mode
        """
        POST /someresource HTTP/1.1
        Content-Type: application/cloudevents+json

        {
            "specversion": "1.0",
            "type": "com.example.someevent",
            "time": "2018-04-05T03:56:24Z",
            "id": "1234-1234-1234",
            "source": "/mycontext/subcontext",
            "datacontenttype": "application/json",
            "data": {"message": "Hello World!"}
        }
        """
