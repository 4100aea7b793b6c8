def test_x(start):
    s = start()
    r = s.openai.chat.completions.create(model="fake", messages=[{"role":"user","content":"hi"}], extra_body={"foo":1})
    print(r.model_dump_json(indent=1))
    for c in s.openai.chat.completions.create(model="fake", messages=[{"role":"user","content":"hi"}], stream=True, stream_options={"include_usage":True}): print(c.model_dump_json(exclude_unset=True))
    print(s.http().get("/metrics").text)
    print(s.http().get("/nope").text, s.http().get("/v1/models").text)
